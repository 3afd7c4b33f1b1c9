import type { ContainerSettings, Engine } from '../../src/engine/engine.ts';

/** An engine that changes what it was asked for, as a broken or foreign one might. */
export function unfaithful(
  engine: Engine,
  change: (settings: ContainerSettings) => Partial<Record<keyof ContainerSettings, unknown>>,
): Engine {
  return new Proxy(engine, {
    get(target, key: keyof Engine) {
      if (key === 'createContainer')
        return (settings: ContainerSettings) =>
          target.createContainer(Object.assign({ ...settings }, change(settings)));
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
