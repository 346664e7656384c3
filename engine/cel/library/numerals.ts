/** Numbers, times and durations as text, exactly: ties go to the even digit. */

/** With a fixed number of digits after the point; `NaN`, `Infinity`, `-Infinity`. */
export function formatFixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return String(value);
  const text = place(roundedScaled(Math.abs(value), digits), digits);
  return isNegative(value) ? `-${text}` : text;
}

/** One digit before the point, an exponent of at least two digits: `1.052033e+03`. */
export function formatScientific(value: number, digits: number): string {
  if (!Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  let exponent = magnitude === 0 ? 0 : Number(magnitude.toExponential().split('e')[1]);
  let scaled = roundedScaled(magnitude, digits - exponent);
  if (String(scaled).length > digits + 1) {
    exponent++;
    scaled = roundedScaled(magnitude, digits - exponent);
  }
  const sign = exponent < 0 ? '-' : '+';
  const text = `${place(scaled, digits)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  return isNegative(value) ? `-${text}` : text;
}

/** The shortest digits that read back as the same double. */
export function shortestDouble(value: number): string {
  const text = String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** Seconds, with as many digits as there are: `6347s`, `1.5s`. */
export function formatDuration(nanoseconds: bigint): string {
  const magnitude = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  return `${nanoseconds < 0n ? '-' : ''}${magnitude / 1_000_000_000n}${fraction(magnitude % 1_000_000_000n)}s`;
}

/** RFC 3339 in UTC. */
export function formatTimestamp(nanoseconds: bigint): string {
  const rest = ((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const seconds = (nanoseconds - rest) / 1_000_000_000n;
  const iso = new Date(Number(seconds) * 1000).toISOString();
  return `${iso.slice(0, 19)}${fraction(rest)}Z`;
}

function fraction(nanoseconds: bigint): string {
  return nanoseconds === 0n ? '' : `.${String(nanoseconds).padStart(9, '0').replace(/0+$/, '')}`;
}

function isNegative(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}

/** `value · 10^digits`, rounded half to even, from the double's exact binary value. */
function roundedScaled(value: number, digits: number): bigint {
  const [mantissa, exponent] = decompose(value);
  const powerOfTen = 10n ** BigInt(Math.abs(digits));
  let above = digits >= 0 ? mantissa * powerOfTen : mantissa;
  let below = digits >= 0 ? 1n : powerOfTen;
  if (exponent >= 0) above <<= BigInt(exponent);
  else below <<= BigInt(-exponent);
  const quotient = above / below;
  const twice = (above % below) * 2n;
  return twice > below || (twice === below && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

/** A double as `mantissa · 2^exponent`, both integers. */
function decompose(value: number): [bigint, number] {
  if (value === 0) return [0n, 0];
  let exponent = Math.max(-1074, Math.floor(Math.log2(value)) - 52);
  let mantissa = scaleDown(value, exponent);
  while (!Number.isInteger(mantissa)) mantissa = scaleDown(value, --exponent);
  return [BigInt(mantissa), exponent];
}

/** Division by 2^exponent in two steps, as the power itself may be out of range. */
function scaleDown(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return value / 2 ** half / 2 ** (exponent - half);
}

function place(scaled: bigint, digits: number): string {
  const text = String(scaled).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
