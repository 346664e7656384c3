/** Where traces go, by the environment variables of OpenTelemetry. */

export interface TraceSettings {
  /** Of OTLP over HTTP, with `/v1/traces`. */
  readonly url: string;
  /** They may hold a secret. */
  readonly headers: Readonly<Record<string, string>>;
  readonly service: string;
  /** Of decisions that passed; refusals and what came to no verdict are always told. */
  readonly share: number;
}

/** Null where nothing is set; throws what is wrong with it. */
export function readTraceSettings(environment: Readonly<Record<string, string | undefined>>): TraceSettings | null {
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own = '', OTEL_EXPORTER_OTLP_ENDPOINT: common = '' } = environment;
  const url = own === '' ? (common === '' ? '' : `${common.replace(/\/+$/, '')}/v1/traces`) : own;
  if (url === '' || environment.OTEL_SDK_DISABLED === 'true') return null;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new Error('OTEL_EXPORTER_OTLP_ENDPOINT is no http address');
  const share = Number(environment.OTEL_TRACES_SAMPLER_ARG ?? 1);
  if (!(share >= 0 && share <= 1)) throw new Error('OTEL_TRACES_SAMPLER_ARG is no number from 0 to 1');
  const headers = environment.OTEL_EXPORTER_OTLP_TRACES_HEADERS ?? environment.OTEL_EXPORTER_OTLP_HEADERS ?? '';
  return { url, headers: readHeaders(headers), service: environment.OTEL_SERVICE_NAME ?? 'kerb-hub', share };
}

/** `name=value,name=value`, percent-encoded (W3C Baggage). */
function readHeaders(given: string): Readonly<Record<string, string>> {
  const pairs = given.split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new Error('OTEL_EXPORTER_OTLP_HEADERS is not of the form name=value,name=value');
      return [pair.slice(0, at).trim().toLowerCase(), decodeURIComponent(pair.slice(at + 1).trim())];
    }),
  );
}
