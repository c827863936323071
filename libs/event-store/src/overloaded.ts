import { DomainError } from '#domain';

/** The store cannot take the command now. Nothing was acknowledged; the caller may try again. */
export function overloaded(why: string): DomainError {
  return new DomainError('overloaded', why);
}
