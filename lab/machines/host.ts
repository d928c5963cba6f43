/** What the region gives to its machines. Simulated machines call it directly, real ones over link-local HTTP. */
export interface Host {
  readonly agent: AgentGate;
  metadata(instanceId: string): MachineMetadata | undefined;
  /** Parameter Store, as a machine reaches it with its own role. */
  readonly parameters: {
    /** `undefined`: it is not there, or the role may not read it. */
    get(name: string, instanceId: string): string | undefined;
    put(name: string, value: string, instanceId: string): 'stored' | 'denied';
  };
}

export interface MachineMetadata {
  readonly instanceId: string;
  readonly privateIp: string;
  readonly macAddress: string;
  readonly zone: string;
  readonly region: string;
  readonly imageId: string;
  readonly instanceType: string;
  /** As decoded text. */
  readonly userData: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Name of the role in the instance profile. */
  readonly role: string | undefined;
}

/** The Systems Manager side that an agent talks to. */
export interface AgentGate {
  /** The agent is up; from now on tasks are delivered. Returns the way to hang up (agent or machine gone). */
  connect(instanceId: string, deliver: (task: AgentTask) => void): () => void;
  report(instanceId: string, result: AgentResult): void;
}

export interface AgentTask {
  readonly commandId: string;
  readonly documentName: string;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  /** The document's shell script with its parameters put in. */
  readonly script: string;
  /** The step's `timeoutSeconds`: after it the agent kills the script. */
  readonly timeoutSeconds: number;
}

export interface AgentResult {
  readonly commandId: string;
  readonly status: 'Success' | 'Failed' | 'TimedOut';
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}
