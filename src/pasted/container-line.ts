import { refuse } from './found.ts';

/** `docker run … IMAGE`: no package, so it is refused with the name that the image suggests. */
export function refuseContainer(words: readonly string[]): Error {
  const image = imageOf(words);
  const name = image
    ?.split('/')
    .at(-1)
    ?.replace(/[:@].*$/, '')
    .replace(/^mcp-server-|-mcp-server$|^mcp-|-mcp$/g, '');
  return refuse(
    image === undefined
      ? 'expected a package, found a line that runs an image'
      : `expected a package, found the image ${image}`,
    name === undefined || name === ''
      ? 'mcpcat makes images of its own from packages: npm:NAME, pypi:NAME or go:PATH'
      : `see whether the catalog has it: mcpcat search ${name}; mcpcat makes images of its own from packages: npm:NAME, pypi:NAME or go:PATH`,
  );
}

/** Options of `docker run` with a value in the next word (docs.docker.com, docker container run). */
export const valuedRunOption =
  /^(-e|--env|-v|--volume|--mount|--name|-p|--publish|--network|--net|-u|--user|-w|--workdir|--env-file|--platform|--pull|--entrypoint|-l|--label|-m|--memory|--cpus|--add-host|-h|--hostname|--dns|--gpus|--shm-size|--cap-add|--cap-drop|--security-opt|--tmpfs|--ulimit|--restart|--log-driver|--runtime)$/;

function imageOf([, verb, ...rest]: readonly string[]): string | undefined {
  const words = verb === 'container' ? rest.slice(1) : rest;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!word.startsWith('-')) return word;
    if (valuedRunOption.test(word)) at += 1;
  }
  return undefined;
}
