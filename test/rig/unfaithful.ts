import type { ContainerFacts, ContainerSettings, Engine } from '../../src/engine/engine.ts';
import { recordedOf } from './fake-engine/recorded.ts';

/** An engine that makes something else than it is asked for, as a broken or foreign one might, and says that it did not. */
export function unfaithful(
  engine: Engine,
  change: (settings: ContainerSettings) => Partial<Record<keyof ContainerSettings, unknown>>,
): Engine {
  const asked = new Map<string, ContainerSettings>();
  const createContainer = async (settings: ContainerSettings): Promise<string> => {
    const id = await engine.createContainer(Object.assign({ ...settings }, change(settings)));
    asked.set(id, settings);
    return id;
  };
  const inspectContainer = async (id: string): Promise<ContainerFacts | undefined> => {
    const [facts, settings] = [await engine.inspectContainer(id), asked.get(id)];
    if (facts === undefined || settings === undefined) return facts;
    const { entrypoint, command } = facts.recorded;
    return { ...facts, recorded: recordedOf(settings, { entrypoint, command, env: [] }) };
  };
  return new Proxy(engine, {
    get(target, key: keyof Engine) {
      if (key === 'createContainer') return createContainer;
      if (key === 'inspectContainer') return inspectContainer;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
