/** What the editor of dashboards shows of the widget: its answer to `{ "describe": true }`, as Markdown. */
export const DESCRIPTION = `## A Swarm that repairs itself

Draws one Everswarm cluster as a map: availability zones as columns, managers with the leader, their disks and addresses, workers, what
is being done, what is held back and why, and the last events. Its buttons have the controller look now, pause it, resume it, and replace a machine.

### Widget parameters

There are none: the function belongs to one cluster.

### Permissions

Whoever looks needs \`lambda:InvokeFunction\` on this function; whoever presses a button, on the function that the button calls.
`;
