/**
 * What a person would keep of pictures of the corpus: rectangles as shares of the sides
 * (left, top, right, bottom), drawn by hand before any window was computed; the first counts
 * for "cut". Pictures without a subject (a wall, a wood, a sky) are not listed.
 */
export const SUBJECTS = {
  'faces/astronaut.png': [
    [0.33, 0.02, 0.62, 0.42],
    [0.1, 0.02, 0.75, 1],
  ],
  'faces/miner-portrait-6mp.webp': [[0.15, 0.02, 0.72, 0.62]],
  'faces/old-man-bench-profile.jpg': [
    [0.28, 0.1, 0.4, 0.4],
    [0.18, 0.1, 0.62, 0.95],
  ],
  'faces/young-man-cap.jpg': [
    [0.08, 0.05, 0.95, 0.8],
    [0.2, 0.38, 0.8, 0.8],
  ],
  'graphics/meme-hamster.jpg': [[0.3, 0.2, 0.67, 0.83]],
  'photos/acoma-church-4mp.webp': [[0.03, 0.12, 1, 0.75]],
  'photos/coffee-cup.png': [
    [0.12, 0.03, 0.82, 0.95],
    [0.27, 0.03, 0.72, 0.82],
  ],
  'photos/earth-at-night-12mp.jpg': [[0.18, 0.45, 0.82, 0.75]],
  'photos/elephant-silhouette.jpg': [[0.24, 0.6, 0.5, 0.92]],
  'photos/grapefruit-slices.jpg': [[0.27, 0.12, 0.74, 0.87]],
  'photos/kodim04.png': [
    [0.25, 0.35, 0.75, 0.88],
    [0.02, 0.08, 0.9, 0.98],
  ],
  'photos/kodim05.png': [[0.15, 0.1, 0.98, 0.9]],
  'photos/kodim07.png': [
    [0.44, 0.3, 0.63, 0.62],
    [0.68, 0.65, 0.86, 0.95],
  ],
  'photos/kodim10.png': [[0.12, 0.66, 0.78, 0.92]],
  'photos/kodim16.png': [[0.33, 0.35, 0.75, 0.52]],
  'photos/kodim18.png': [
    [0.48, 0.2, 0.65, 0.42],
    [0.3, 0.2, 0.92, 0.98],
  ],
  'photos/kodim19.png': [[0.48, 0.12, 0.78, 0.6]],
  'photos/kodim20.png': [[0.08, 0.1, 0.9, 0.85]],
  'photos/kodim23.png': [
    [0.17, 0.33, 0.35, 0.62],
    [0.5, 0.08, 0.83, 0.5],
  ],
  'photos/leaves-pristine-1280.png': [[0.37, 0.35, 0.68, 0.82]],
  'photos/motorcycle-workshop.png': [[0.05, 0.18, 0.86, 0.9]],
  'photos/peacock.jpg': [[0.47, 0.5, 0.63, 1]],
  'redeye/redeye.png': [[0.12, 0.3, 0.88, 0.55]],
};
