/**
 * Brands: numbers and strings that the compiler keeps apart.
 *
 * A JPEG quality of 75 and a score of 75 are different things; a brand makes
 * mixing them up a type error and costs nothing at run time.
 */
declare const brand: unique symbol;

export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name };
