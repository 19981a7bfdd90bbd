/**
 * View: where a picture stands on the stage, and how large.
 *
 * Pure: `scale` is CSS pixels per pixel of the picture, `x` and `y` are where
 * its upper left corner stands on the stage.
 */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

/** Largest scale: a pixel as wide as a finger. */
const MOST = 40;

/** The whole picture in the middle of the stage, never enlarged. */
export function fitted(stage: Size, picture: Size): View {
  const scale = Math.min(1, stage.width / picture.width, stage.height / picture.height);
  return centered(stage, picture, scale);
}

/** At a scale, in the middle. */
export function centered(stage: Size, picture: Size, scale: number): View {
  return {
    scale,
    x: (stage.width - picture.width * scale) / 2,
    y: (stage.height - picture.height * scale) / 2,
  };
}

/** The same picture `factor` times as large, with the point of the stage at `at` kept where it is. */
export function zoomed(view: View, factor: number, at: { x: number; y: number }): View {
  const scale = Math.min(MOST, Math.max(0.02, view.scale * factor));
  const ratio = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio };
}

export function moved(view: View, x: number, y: number): View {
  return { ...view, x: view.x + x, y: view.y + y };
}

/** A part of the picture in the middle of the stage, as large as it fits with some room around. */
export function around(
  stage: Size,
  part: Size & { readonly left: number; readonly top: number },
): View {
  const scale = Math.min(8, (stage.width / part.width) * 0.6, (stage.height / part.height) * 0.6);
  return {
    scale,
    x: stage.width / 2 - (part.left + part.width / 2) * scale,
    y: stage.height / 2 - (part.top + part.height / 2) * scale,
  };
}
