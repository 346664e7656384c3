/** A real hub that tells a collector of decisions, over OTLP. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { decision } from '../../test/hub/device.ts';
import { hubFolder, removeFolder, spawnHub } from '../../test/hub/process.ts';
import { enrol } from '../../test/hub/running.ts';
import { until } from '../../test/until.ts';
import { hubPaths } from '../protocol.ts';
import { readTraceSettings } from './settings.ts';
import type { Span } from './span.ts';

interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly unknown[] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

test('a decision is a trace of its own id: what its gate did, and the hub’s taking it in, once', async () => {
  const heard: { path: string; key: string; sent: Sent }[] = [];
  let status = 503;
  const collector = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      const key = String(request.headers['x-key']);
      heard.push({ path: request.url ?? '', key, sent: JSON.parse(text) as Sent });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const folder = hubFolder();
  const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/otlp/`;
  const environment = {
    ...{ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=s%3Dcret' },
    ...{ OTEL_SERVICE_NAME: 'acme-hub', OTEL_TRACES_SAMPLER_ARG: '0' },
  };
  const hub = await spawnHub(folder, { environment });
  try {
    const device = await enrol(hub);
    const send = async (from: number, count: number) => {
      const records = Array.from({ length: count }, (_, at) => decision(from + at));
      const batch = device.batch(device.record(records));
      for (const _ of ['once', 'and again, as it was not heard']) await device.ask('POST', hubPaths.journal, batch);
      return records.filter(({ effect }) => effect === 'deny');
    };
    await send(10, 1);
    await until(() => heard.length === 1);
    const metrics = async () => (await hub.admin('GET', '/metrics')).text();
    await until(async () => /^kerb_trace_spans_dropped 2$/m.test(await metrics()));
    status = 200;
    // A large batch is read on another thread.
    const refused = [...(await send(20, 1)), ...(await send(30, 40))];
    const spans = () => heard.slice(1).flatMap(({ sent }) => sent.resourceSpans[0]!.scopeSpans[0]!.spans);
    await until(() => spans().length >= 2 * refused.length);
    assert.deepEqual(
      spans().map(({ traceId, name }) => `${traceId} ${name}`),
      refused.flatMap(({ id, gate }) =>
        [`gate ${gate}`, 'hub intake'].map((name) => `${id.replaceAll('-', '')} ${name}`),
      ),
    );
    const [gate, intake] = spans();
    assert.equal(intake!.parentSpanId, gate!.spanId);
    const at = Date.parse(refused[0]!.at);
    assert.deepEqual([gate!.startTimeUnixNano, gate!.endTimeUnixNano], [`${at}000000`, `${at + 4}500000`]);
    assert.ok(spans().every(({ traceId, spanId }) => /^[0-9a-f]{32}$/.test(traceId) && /^[0-9a-f]{16}$/.test(spanId)));
    assert.doesNotMatch(JSON.stringify(heard), /Ada|acme\.example|web\.yaml/);
    assert.deepEqual([heard[0]!.path, heard[0]!.key], ['/otlp/v1/traces', 's=cret']);
    const { attributes } = heard[0]!.sent.resourceSpans[0]!.resource;
    assert.deepEqual(attributes, [{ key: 'service.name', value: { stringValue: 'acme-hub' } }]);
  } finally {
    await hub.close();
    removeFolder(folder);
    collector.close();
    collector.closeAllConnections();
  }
});

test('settings are OpenTelemetry’s own, and wrong ones are said', () => {
  const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://localhost:4318';
  assert.deepEqual(readTraceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT }), {
    ...{ url: 'http://localhost:4318/v1/traces', headers: {}, service: 'kerb-hub', share: 1 },
  });
  const own = readTraceSettings({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://otel.example/t' });
  assert.equal(own?.url, 'https://otel.example/t');
  assert.equal(readTraceSettings({}), null);
  assert.equal(readTraceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SDK_DISABLED: 'true' }), null);
  assert.throws(() => readTraceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4317' }), /no http address/);
  assert.throws(() => readTraceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER_ARG: '2' }), /from 0 to 1/);
  assert.throws(
    () => readTraceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS: 'x' }),
    /name=value/,
  );
});
