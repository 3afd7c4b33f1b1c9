export { execute } from './list.ts';
