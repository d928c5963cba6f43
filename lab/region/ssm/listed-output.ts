/**
 * The one text that a list of invocations has of a script's output: standard output, a title, standard error, cut to
 * fewer than 2,500 characters as the agent does it. So a script's last words can be missing.
 * Source: `TruncateOutput` in aws/amazon-ssm-agent, agent/framework/processor/executer/iohandler/iohandler.go;
 * SSM API Reference, `CommandPlugin`, `Output`: at most 2,500 characters.
 */
export function listedOutput(stdout: string, stderr: string): string {
  const title = stderr === '' ? '' : '\n----------ERROR-------\n';
  const space = CAPACITY - title.length;
  if (stdout.length + stderr.length < space) return `${stdout}${title}${stderr}`;
  const half = space / 2;
  if (stdout.length > half && stderr.length > half) {
    const each = Math.floor((space - ERROR_CUT.length - OUTPUT_CUT.length) / 2);
    return `${stdout.slice(0, each)}${OUTPUT_CUT}${title}${stderr.slice(0, each)}${ERROR_CUT}`;
  }
  if (stdout.length < half) {
    return `${stdout}${title}${stderr.slice(0, space - ERROR_CUT.length - stdout.length)}${ERROR_CUT}`;
  }
  return `${stdout.slice(0, space - OUTPUT_CUT.length - stderr.length)}${OUTPUT_CUT}${title}${stderr}`;
}

/** `MaximumPluginOutputSize` */
const CAPACITY = 2400;
const OUTPUT_CUT = '\n---Output truncated---';
const ERROR_CUT = '\n---Error truncated----';
