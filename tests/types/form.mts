// The form of the packed package is what NocoDB's form builder takes. Compiled, never run. `nocodb-sdk` describes the
// elements with enums, whose values an integration writes as plain text; so the enums are read as their values here.
import type { FormDefinition } from 'nocodb-sdk';
import entry, { createEntry } from 'nocodb-bitbucket-auth';

type Plain<T> = T extends string ? `${T}`
  : T extends (...parameters: never[]) => unknown ? T
    : T extends object ? { [K in keyof T]: Plain<T[K]> }
      : T;

export const definition: Plain<FormDefinition> = entry.form;
export const another: Plain<FormDefinition> = createEntry({}).form;

// @ts-expect-error: the checks above can fail: this type is none of NocoDB's
export const wrong: Plain<FormDefinition> = [{ type: 'bitbucket', model: 'title', label: 'Title' }];
