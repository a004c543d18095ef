// Checks that NocoDB's form builder accepts the form of the packed package. This file is compiled, never run. `nocodb-sdk`
// describes the elements with enums, but an integration writes their values as plain text. So `Plain` replaces each enum by
// its values.
import type { FormDefinition } from 'nocodb-sdk';
import entry, { createEntry } from 'nocodb-bitbucket-auth';

type Plain<T> = T extends string ? `${T}`
  : T extends (...parameters: never[]) => unknown ? T
    : T extends object ? { [K in keyof T]: Plain<T[K]> }
      : T;

export const definition: Plain<FormDefinition> = entry.form;
export const another: Plain<FormDefinition> = createEntry({}).form;

// @ts-expect-error: shows that the checks above can fail, because NocoDB has no element of this type
export const wrong: Plain<FormDefinition> = [{ type: 'bitbucket', model: 'title', label: 'Title' }];
