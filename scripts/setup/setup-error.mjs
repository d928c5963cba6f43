/** Set-up can't go on; the message says what was found and what to do. */
export class SetupError extends Error {
  constructor(code, message) {
    super(message);
    this.name = 'SetupError';
    this.code = code;
  }
}
