export { type Random, seededRandom } from '../../lab/sim/random.ts';
