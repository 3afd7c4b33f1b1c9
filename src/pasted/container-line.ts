import { foreignWords } from './foreign-line.ts';
import { refuse } from './found.ts';

/** `docker run … IMAGE`: no package, so it is refused with the name that the image suggests, or the line behind it. */
export function refuseContainer(words: readonly string[]): Error {
  const [image, ...behind] = imageOf(words);
  if (image === undefined)
    return refuse(
      `expected a package, found ${words.join(' ')}`,
      'mcpcat makes images of its own from packages: npm:NAME, pypi:NAME or go:PATH',
    );
  const name = image
    .split('/')
    .at(-1)
    ?.replace(/[:@].*$/, '')
    .replace(/^mcp-server-|-mcp-server$|^mcp-|-mcp$/g, '');
  return refuse(
    `expected a package, found the image ${image}`,
    foreignWords.test(behind[0] ?? '')
      ? `paste what it starts: ${behind.join(' ')}`
      : `see whether the catalog has it: mcpcat search ${name ?? ''}; mcpcat makes images of its own from packages: npm:NAME, pypi:NAME or go:PATH`,
  );
}

/** Options of `docker run` with a value in the next word (docs.docker.com, docker container run). */
export const valuedRunOption =
  /^(-e|--env|-v|--volume|--mount|--name|-p|--publish|--network|--net|-u|--user|-w|--workdir|--env-file|--platform|--pull|--entrypoint|-l|--label|-m|--memory|--cpus|--add-host|-h|--hostname|--dns|--gpus|--shm-size|--cap-add|--cap-drop|--security-opt|--tmpfs|--ulimit|--restart|--log-driver|--runtime)$/;

/** The image and the words behind it; nothing for another command than one that runs an image. */
function imageOf([, ...rest]: readonly string[]): readonly string[] {
  const [verb, ...words] = rest[0] === 'container' ? rest.slice(1) : rest;
  if (!/^(run|create)$/.test(verb ?? '')) return [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!word.startsWith('-')) return words.slice(at);
    if (valuedRunOption.test(word)) at += 1;
  }
  return [];
}
