import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { BuildRequest, Engine, ImageFacts, Labels } from '../../../src/engine/engine.ts';
import { McpcatError } from '../../../src/lib/errors.ts';
import type { Program } from './fake-container.ts';
import { FakeImages } from './fake-images.ts';
import { Gate } from './held-calls.ts';

type ImageCalls = Pick<
  Engine,
  | 'inspectImage'
  | 'listImages'
  | 'buildImage'
  | 'pullImage'
  | 'tagImage'
  | 'removeImage'
  | 'saveImage'
  | 'loadImage'
>;

/** A server that says nothing and ends with its input, as most do. */
export const silentServer: Program = (container) => {
  container.stdin.resume();
  container.stdin.once('end', () => container.exit(0));
};

/** The part of the fake engine that deals with images. */
export class FakeImageCalls implements ImageCalls {
  readonly images = new FakeImages();
  /** What registries have, by reference: facts for `pullImage`. */
  readonly registry = new Map<string, { readonly facts: Partial<ImageFacts>; readonly program: Program }>();
  /** What a build prints and makes; throws as a build fails. */
  onBuild: (context: Buffer, request: BuildRequest) => Partial<ImageFacts> = () => ({});
  protected readonly gate = new Gate();

  addImage(facts: Partial<ImageFacts>, program: Program = silentServer): string {
    return this.images.add(facts, program);
  }

  inspectImage(reference: string): Promise<ImageFacts | undefined> {
    return this.gate.pass('inspectImage', [reference], () => this.images.find(reference)?.facts);
  }

  listImages(labels: Labels): Promise<readonly ImageFacts[]> {
    return this.gate.pass('listImages', [labels], () => this.images.list(labels));
  }

  buildImage(context: Readable, request: BuildRequest): Promise<string> {
    return this.gate.pass('buildImage', [context, request], async () => {
      const made = this.onBuild(await buffer(context), request);
      if (request.signal?.aborted) throw new McpcatError('cancelled', 'the build was cancelled');
      return this.addImage({ labels: request.labels ?? {}, ...made, tags: [request.tag] });
    });
  }

  pullImage(reference: string, onProgress: (line: string) => void, signal?: AbortSignal): Promise<void> {
    return this.gate.pass('pullImage', [reference], () => {
      if (signal?.aborted) throw new McpcatError('cancelled', `pull ${reference}: cancelled`);
      const found = this.registry.get(reference);
      if (found === undefined) throw new McpcatError('image-missing', `no registry has ${reference}`);
      onProgress(`Pulling ${reference}`);
      this.addImage({ tags: [reference], ...found.facts }, found.program);
    });
  }

  tagImage(reference: string, newReference: string): Promise<void> {
    return this.gate.pass('tagImage', [reference, newReference], () =>
      this.images.tag(reference, newReference),
    );
  }

  removeImage(reference: string, options?: { readonly force?: boolean }): Promise<void> {
    return this.gate.pass('removeImage', [reference, options], () => this.images.remove(reference));
  }

  saveImage(reference: string): Promise<Readable> {
    return this.gate.pass('saveImage', [reference], () => this.images.save(reference));
  }

  loadImage(archive: Readable): Promise<string> {
    return this.gate.pass('loadImage', [archive], () => this.images.load(archive, silentServer));
  }
}
