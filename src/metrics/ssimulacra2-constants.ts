/**
 * The published constants of SSIMULACRA 2.1, by Jon Sneyers (Cloudinary).
 *
 * Source: github.com/cloudinary/ssimulacra2, `src/ssimulacra2.cc` at commit
 * 81feacf, and the color and blur definitions of libjxl it rests on; both
 * BSD-3-Clause, notices in `THIRD_PARTY.md`. The weights were
 * fitted by the author to the human ratings of CID22, TID2013, KADID-10k and
 * KonFiG-IQA. Only numbers stand here; the code around them is this project's.
 */

/** Planes of the metric's color space: red-green, luma, blue minus luma. */
export const PLANES = 3;
/** Levels: 1:1, 1:2, 1:4, 1:8, 1:16, 1:32. */
export const LEVELS = 6;
/** No level follows one that has a side below this. */
export const SMALLEST_SIDE = 8;

/** Maps summed for each cell (plane, level), in the order of the weights. */
export const MAPS = ['ssim', 'artefacts', 'lost detail'] as const;

/**
 * Six weights per cell: for the mean of each map, then for its 4-norm.
 *
 * They are consumed in sequence: with fewer than six levels every plane takes
 * `levels` groups in turn, and the weights slip to other cells.
 */
// biome-ignore format: one line per cell
export const WEIGHTS: readonly number[] = [
  // X, 1:1
  0, 0.0007376606707406586, 0, 0, 0.0007793481682867309, 0,
  // X, 1:2
  0, 0.0004371155730107379, 0, 1.1041726426657346, 0.00066284834129271, 0.00015231632783718752,
  // X, 1:4
  0, 0.0016406437456599754, 0, 1.8422455520539298, 11.441172603757666, 0,
  // X, 1:8
  0.0007989109436015163, 0.000176816438078653, 0, 1.8787594979546387, 10.94906990605142, 0,
  // X, 1:16
  0.0007289346991508072, 0.9677937080626833, 0, 0.00014003424285435884, 0.9981766977854967, 0.00031949755934435053,
  // X, 1:32
  0.0004550992113792063, 0, 0, 0.0013648766163243398, 0, 0,
  // Y, 1:1
  0, 0, 0, 7.466890328078848, 0, 17.445833984131262,
  // Y, 1:2
  0.0006235601634041466, 0, 0, 6.683678146179332, 0.00037724407979611296, 1.027889937768264,
  // Y, 1:4
  225.20515300849274, 0, 0, 19.213238186143016, 0.0011401524586618361, 0.001237755635509985,
  // Y, 1:8
  176.39317598450694, 0, 0, 24.43300999870476, 0.28520802612117757, 0.0004485436923833408,
  // Y, 1:16
  0, 0, 0, 34.77906344483772, 44.835625328877896, 0,
  // Y, 1:32
  0, 0, 0, 0, 0, 0,
  // B - Y, 1:1
  0, 0.0008680556573291698, 0, 0, 0, 0,
  // B - Y, 1:2
  0, 0.0005313191874358747, 0, 0.00016533814161379112, 0, 0,
  // B - Y, 1:4
  0, 0, 0, 0.0004179171803251336, 0.0017290828234722833, 0,
  // B - Y, 1:8
  0.0020827005846636437, 0, 0, 8.826982764996862, 23.19243343998926, 0,
  // B - Y, 1:16
  95.1080498811086, 0.9863978034400682, 0.9834382792465353, 0.0012286405048278493, 171.2667255897307, 0.9807858872435379,
  // B - Y, 1:32
  0, 0, 0, 0.0005130064588990679, 0, 0.00010854057858411537,
];

/** From the weighted sum `w` to the score: `p = polynomial(scale * w)`, then `100 - factor * p ** exponent`. */
export const CURVE = {
  scale: 0.9562382616834844,
  polynomial: [2.326765642916932, -0.020884521182843837, 6.248496625763138e-5],
  factor: 10,
  exponent: 0.6276336467831387,
} as const;

/** Cone responses of linear sRGB: rows L, M, S by columns red, green, blue. */
export const OPSIN_MATRIX = [
  [0.3, 1 - 0.078 - 0.3, 0.078],
  [0.23, 1 - 0.078 - 0.23, 0.078],
  [0.24342268924547819, 0.20476744424496821, 1 - 0.24342268924547819 - 0.20476744424496821],
] as const;
/** Added to a response before its cube root is taken; the root of the bias is taken off again. */
export const OPSIN_BIAS = 0.0037930732552754493;
/** Scale and offset that move X, Y and B - Y into 0..1. */
export const RANGES = { x: [14, 0.42], y: [1, 0.01], b: [1, 0.55] } as const;

/** Keeps the quotient of the structure term finite where both pictures are flat. */
export const C2 = 0.0009;

/** Greys, as encoded sRGB in 0..1, that transparent pictures are laid over; the lower score counts. */
export const BACKGROUNDS = [0.1, 0.9] as const;

/**
 * The blur's taps from the middle outwards: 0.2646, 0.2129, 0.1093, 0.0360, 0.0094.
 *
 * The metric blurs with libjxl's recursive Gaussian of sigma 1.5, a sum of
 * three truncated cosines of radius 5. Its response is finite, and this is it:
 * tap n is the sum of `beta[k] * cos((2 k + 1) n pi / 10)`, zero from n = 5 on.
 */
export const TAPS: readonly number[] = [0, 1, 2, 3, 4].map((n) =>
  [0.17893914164149133, 0.07272614473619021, 0.012955819110517089].reduce(
    (sum, beta, k) => sum + beta * Math.cos(((2 * k + 1) * n * Math.PI) / 10),
    0,
  ),
);
