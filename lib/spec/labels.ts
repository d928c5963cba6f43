/**
 * Engine labels that are not the user's to give: Docker refuses its own namespaces at the start of the engine, and
 * ours name the machine's identity.
 * Source: https://docs.docker.com/engine/manage-resources/labels/ and `ValidateReservedNamespaceLabels` in moby's daemon/config.
 */
export function isReservedLabel(key: string): boolean {
  const name = key.toLowerCase();
  return ['com.docker.', 'io.docker.', 'org.dockerproject.', 'everswarm.'].some((prefix) => name.startsWith(prefix));
}
