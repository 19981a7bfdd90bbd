/** Stands for what the face detector never reaches. */
export default undefined;
