/** The anchor of a heading, as code hosts make it. */
export function anchorOf(text: string): string;
