/** EventBridge's ids are UUIDs, Lambda's request ids as well; another form is not taken over into logs. */
const ID = /^[\w-]{1,64}$/;

/**
 * By what an invocation's lines in the logs and in the event log are found: the id of the event that woke it, where it has one,
 * else its own request's. Nothing else of an event is ever read, and one that can't be read names nothing.
 */
export function correlationIdOf(event: unknown, requestId: string): string {
  try {
    if (typeof event !== 'object' || event === null || !('id' in event)) return requestId;
    const { id } = event;
    return typeof id === 'string' && ID.test(id) ? id : requestId;
  } catch {
    return requestId;
  }
}
