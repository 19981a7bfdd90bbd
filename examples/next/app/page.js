import Image from 'next/image';

export default function Page() {
  return (
    <main>
      <Image
        src="leaves.jpg"
        alt="One green oak leaf among brown ones"
        width={1280}
        height={854}
        sizes="50vw"
        priority
      />
      <Image
        src="astronaut.jpg"
        alt="An astronaut in an orange suit"
        width={160}
        height={160}
        quality={60}
      />
    </main>
  );
}
