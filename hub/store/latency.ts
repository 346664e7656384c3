/** How long decisions took, in classes: what is compared later is a quantile, and it needs no more than a few counts. */

/** Four classes to each doubling: a quantile is exact to 19 %. */
const classesToDoubling = 4;
/** More than a quarter of an hour. */
const highestClass = 80;

/** Class 0 is up to a millisecond. */
export function latencyClassOf(ms: number): number {
  return Math.min(highestClass, Math.max(0, Math.ceil(Math.log2(ms) * classesToDoubling)));
}

/** The longest of a class. */
export function longestMsOf(latencyClass: number): number {
  return 2 ** (latencyClass / classesToDoubling);
}

/** Of decisions that were counted before there were classes. */
export const unknownLatencyClass = -1;
