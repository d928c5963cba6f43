import { isHealthyVoter, type SwarmView } from '../plan/swarm-view.ts';
import { inWords } from '../words.ts';

/** How the managers stand, and what they can still lose. */
export interface QuorumSeen {
  /** `unknown`: nobody was asked; `none`: who answers is in no Swarm; `split`: the machines are in different ones. */
  readonly state: 'quorum' | 'lost' | 'none' | 'split' | 'unknown';
  /** Managers that work, of those that vote; 0 of 0 where nothing is known. */
  readonly working: number;
  readonly voters: number;
  /** How many more may fail before the quorum is lost; `undefined` where there is none. */
  readonly margin: number | undefined;
  /** Logical ID of the leader, else its node's id. */
  readonly leader: string | undefined;
  /** E.g. `3 of 3 managers, one may fail`. */
  readonly words: string;
}

export function quorumOf(view: SwarmView): QuorumSeen {
  const nothing = { working: 0, voters: 0, margin: undefined, leader: undefined };
  switch (view.kind) {
    case 'notAsked':
      return { ...nothing, state: 'unknown', words: 'the managers were not asked' };
    case 'none':
      return { ...nothing, state: 'none', words: 'no Swarm: no manager that answers is in one' };
    case 'split':
      return {
        ...nothing,
        state: 'split',
        words: `the machines are in different Swarms: ${view.clusterIds.join(', ')}`,
      };
    case 'noQuorum':
      return { ...nothing, state: 'lost', words: `no quorum: ${view.reason}` };
    case 'quorum': {
      const [voters, working] = [view.voters.length, view.voters.filter(isHealthyVoter).length];
      const margin = Math.max(0, working - (Math.floor(voters / 2) + 1));
      const leader = view.leader.logicalId ?? view.leader.id;
      const words = `${working} of ${voters} ${voters === 1 ? 'manager' : 'managers'}, ${inWords(margin)} may fail`;
      return { state: 'quorum', working, voters, margin, leader, words };
    }
  }
}
