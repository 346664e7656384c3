/** The text of an answer from elsewhere; throws where it is longer than anybody honest would send. */
const maxBytes = 200_000;

export async function boundedText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error('its answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** As `fetch`, for whoever reads the answer by other means. */
export async function boundedFetch(url: string, options: RequestInit): Promise<Response> {
  const answer = await fetch(url, options);
  const text = await boundedText(answer);
  return new Response(text === '' ? null : text, { status: answer.status, headers: answer.headers });
}
