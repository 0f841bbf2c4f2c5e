/** Something that the configuration asks for cannot be made: the variable, and why. */
export class StartError extends Error {
  override readonly name = 'StartError'
}
