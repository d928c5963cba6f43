/** So many ids are written out in a reason; of more only the first, and how many there are besides. */
const WRITTEN_OUT = 3;

/** Machines by id, as a reason names them, also where they are a thousand. */
export function named(ids: readonly string[]): string {
  const more = ids.length > WRITTEN_OUT ? ` and ${ids.length - WRITTEN_OUT} more` : '';
  return `${ids.slice(0, WRITTEN_OUT).join(', ')}${more}`;
}
