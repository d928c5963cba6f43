/** An error as an AWS service answers it: a stable code, a status, a message. Thrown by operations, put on the wire by each protocol. */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'ServiceError';
    this.code = code;
    this.status = status;
  }
}

/** The error of an operation that the lab does not have: it is refused by name, never skipped. */
export function unknownOperation(service: string, action: string): ServiceError {
  return new ServiceError(
    'UnknownOperationException',
    `the lab's ${service} has no operation "${action}". See lab/region/${service}/ for those it has.`,
    400,
  );
}
