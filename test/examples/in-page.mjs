/** What tests run inside a page. */

/** The files that the images of a page show. */
export function filesOfImages(images) {
  return Promise.all(
    images.map(async (image) => {
      await image.decode();
      // By itself: the size of an image in a page follows its density
      const file = new Image();
      file.src = image.currentSrc;
      await file.decode();
      const { naturalWidth: width, naturalHeight: height } = file;
      return { alt: image.alt, src: image.currentSrc, width, height };
    }),
  );
}
