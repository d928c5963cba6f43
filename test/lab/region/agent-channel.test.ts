import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AgentTask } from '../../../lab/machines/host.ts';
import { AgentChannel } from '../../../lab/region/agent-channel.ts';
import { createVirtualClock } from '../../../lab/sim/clock.ts';

const TASK: AgentTask = { commandId: 'c', documentName: 'd', parameters: {}, script: 'id', timeoutSeconds: 1 };
const HERE = new AbortController().signal;

/** @param waiting delivered by the gate while an agent connects */
function channel(waiting: readonly AgentTask[] = []) {
  const clock = createVirtualClock(0);
  const log: string[] = [];
  let deliver: ((task: AgentTask) => void) | undefined;
  const gate = {
    connect(instanceId: string, give: (task: AgentTask) => void) {
      log.push(`up ${instanceId}`);
      deliver = give;
      for (const task of waiting) give(task);
      let once = true;
      return () => {
        if (once) log.push(`down ${instanceId}`);
        once = false;
      };
    },
    report() {},
  };
  return { clock, log, agents: new AgentChannel(gate, clock), give: (task: AgentTask) => deliver?.(task) };
}

describe('the agent channel', () => {
  it('connects with the first poll and answers as soon as there is a task', async () => {
    const { log, agents, give } = channel();
    const poll = agents.poll('i-1', 'a', HERE);
    assert.deepEqual(log, ['up i-1']);
    give(TASK);
    assert.deepEqual(await poll, [TASK]);
    give({ ...TASK, commandId: 'kept' });
    assert.equal((await agents.poll('i-1', 'a', HERE))[0]?.commandId, 'kept');
    agents.close();
    assert.deepEqual(log, ['up i-1', 'down i-1']);
  });

  it('answers the first poll with what waited for the agent', async () => {
    const { clock, agents } = channel([TASK]);
    assert.deepEqual(await agents.poll('i-1', 'a', HERE), [TASK]);
    agents.close();
    assert.equal(clock.pending, 0);
  });

  it('answers with nothing after 20 s, and hangs up 5 s later if no poll follows', async () => {
    const { clock, log, agents } = channel();
    const poll = agents.poll('i-1', 'a', HERE);
    await clock.advance(20_000);
    assert.deepEqual(await poll, []);
    await clock.advance(4_000);
    const next = agents.poll('i-1', 'a', HERE);
    await clock.advance(20_000);
    await next;
    assert.deepEqual(log, ['up i-1']);
    await clock.advance(5_000);
    assert.deepEqual(log, ['up i-1', 'down i-1']);
    assert.equal(clock.pending, 0);
  });

  it('hangs up when the connection of the open poll breaks', async () => {
    const { clock, log, agents } = channel();
    const gone = new AbortController();
    const poll = agents.poll('i-1', 'a', gone.signal);
    gone.abort();
    assert.deepEqual(await poll, []);
    assert.deepEqual(log, ['up i-1', 'down i-1']);
    assert.equal(clock.pending, 0);
  });

  it('takes a new agent of the same machine for a new connection', async () => {
    const { clock, log, agents } = channel();
    const old = agents.poll('i-1', 'a', HERE);
    const fresh = agents.poll('i-1', 'b', HERE);
    assert.deepEqual(await old, []);
    assert.deepEqual(log, ['up i-1', 'down i-1', 'up i-1']);
    agents.close();
    await fresh;
    assert.equal(clock.pending, 0);
    assert.deepEqual(log, ['up i-1', 'down i-1', 'up i-1', 'down i-1']);
  });

  it('answers the older of two polls with nothing and goes on with the newer', async () => {
    const { clock, log, agents, give } = channel();
    const gone = new AbortController();
    const old = agents.poll('i-1', 'a', gone.signal);
    const fresh = agents.poll('i-1', 'a', HERE);
    assert.deepEqual(await old, []);
    gone.abort();
    await clock.advance(6_000);
    give(TASK);
    assert.deepEqual(await fresh, [TASK]);
    assert.deepEqual(log, ['up i-1']);
    agents.close();
  });
});
