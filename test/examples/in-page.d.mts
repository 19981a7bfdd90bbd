export function filesOfImages(
  images: unknown[],
): Promise<{ alt: string; src: string; width: number; height: number }[]>;
