export const HELP = `The lab: an AWS region on this machine, to run Everswarm in.

  npm run lab                            start it in the background (the same: npm run lab -- up)
  npm run lab -- <command> [options]

Commands
  up [--deploy]                          start; with --deploy also deploy this project into it
  env                                    point the AWS CLI, SDKs and npx cdk at it: eval "$(npm run -s lab -- env)"
  deploy [--template <cdk.out>] [--stack <name>]
                                         deploy a synthesised stack; by default this project, synthesised anew
  ps                                     list instances, functions and queues
  kill <instance>...                     cut the power: the machine dies at once
  stop <instance>                        stop it, as by hand in the console
  shell <instance> [-- <command>...]     a shell in the machine, or one command
  logs <function> [--follow]             what a function wrote; the beginning or a part of its name is enough
  console                                the addresses of the dashboards, for a browser
  events [--follow]                      events of the default bus
  down                                   take everything away, also what a crash left

<instance> is an id, a private address, or the beginning of an id, name or group if only one instance has it.

Options
  --name <name>    which lab [default: lab]
  --port <port>    of 127.0.0.1, for up; 0 takes a free one [default: 4566]
  --simulated      for up: simulated machines although real ones are possible
  --help           this text

Real machines need Linux and root. Anywhere else the lab has simulated machines, and says so.
Exit codes: 0 done, 1 not possible as things are, 2 not understood; of shell, that of the command.`;
