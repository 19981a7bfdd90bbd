/** An object that is being put together: the same fields, still to be written. */
export type Writable<T> = { -readonly [Name in keyof T]: T[Name] };
