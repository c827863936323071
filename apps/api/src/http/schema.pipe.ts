import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';

/** Reads a value by the schema of its parameter, without a promise: no schema of ours waits for anything. */
export class SchemaPipe implements PipeTransform {
  constructor(private readonly refusal: (parameter: string, why: string, issue: unknown) => Error) {}

  transform(value: unknown, { schema }: ArgumentMetadata): unknown {
    const result = schema?.['~standard'].validate(value ?? {});
    if (result === undefined || result instanceof Promise)
      throw new Error('a form needs a synchronous schema');
    if (result.issues === undefined) return result.value;
    const [issue] = result.issues;
    const parameter = issue?.path?.[0];
    throw this.refusal(typeof parameter === 'string' ? parameter : 'body', issue?.message ?? '', issue);
  }
}
