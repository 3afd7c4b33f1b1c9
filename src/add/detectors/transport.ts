import { changed, type Draft } from '../draft.ts';
import { quote, outputLines, type Detection, type Situation } from './detection.ts';

const listening =
  /(?:listening|running|started|available|server (?:is )?(?:up|ready)|Uvicorn running)[^\n]{0,80}?(?:https?:\/\/[\w.[\]:-]*?:|port[: ]+|0\.0\.0\.0:|localhost:|127\.0\.0\.1:|:)(\d{2,5})(\/[\w/-]*)?/i;

/** It waits for HTTP and answers nothing on stdio: then that is how it is spoken to. */
export function speaksHttp(situation: Situation): Detection[] {
  const { seen, draft } = situation;
  if (seen.failure === undefined || seen.exitCode !== undefined || draft.entry.transport !== undefined)
    return [];
  const lines = outputLines(situation);
  const line = lines.find((one) => listening.test(one)) ?? '';
  const match = listening.exec(line);
  if (match === null) return [];
  const port = Number(match[1]);
  const said = /https?:\/\/[^\s/]+(\/[\w/-]+)/.exec(lines.join('\n'))?.[1];
  const path =
    [match[2], said, '/mcp'].find((one) => one !== undefined && one.length > 1 && !/health|sse/.test(one)) ??
    '/mcp';
  if (port < 1 || port > 65_535) return [];
  return [
    {
      key: `http ${String(port)}`,
      what: `speaks HTTP on port ${String(port)}`,
      apply: (old) => withHttp(old, { port, path, why: quote(line) }),
    },
  ];
}

function withHttp(draft: Draft, { port, path, why }: { port: number; path: string; why: string }): Draft {
  return changed(
    draft,
    { transport: { http: { port, path, env: {} } } },
    { field: 'transport', value: `http ${String(port)} ${path}`, why },
  );
}

/** Text on stdout: the launcher moves it to stderr where the entry says so. */
export function noisy({ seen, draft }: Situation): Detection[] {
  const [first] = seen.nonProtocolLines;
  if (
    seen.failure !== undefined ||
    first === undefined ||
    draft.entry.exceptions.some(({ finding }) => finding === 'stdout-noise')
  )
    return [];
  const reason = `It prints text on stdout (${quote(first).slice(0, 60)}); the launcher moves such lines to stderr`;
  return [
    {
      key: 'noise',
      what: 'prints text on stdout',
      quiet: true,
      apply: (old) =>
        changed(
          old,
          { exceptions: [...old.entry.exceptions, { finding: 'stdout-noise', reason }] },
          { field: 'exceptions', value: 'stdout-noise', why: quote(first) },
        ),
    },
  ];
}
