export { createVirtualClock, type VirtualClock } from '../../lab/sim/clock.ts';
