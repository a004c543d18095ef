// Checks that the form has the type that NocoDB's form builder requires. This file is compiled, never run. The types of
// `nocodb-sdk` contain enums, but an integration writes the values of these enums as strings. So `Plain` replaces each enum by
// its values.
import type { FormDefinition } from 'nocodb-sdk';
import type { FormElement } from '../../js/nocodb/form.js';

type Plain<T> = T extends string ? `${T}`
  : T extends (...parameters: never[]) => unknown ? T
    : T extends object ? { [K in keyof T]: Plain<T[K]> }
      : T;

declare const form: FormElement[];
export const definition: Plain<FormDefinition> = form;

// @ts-expect-error: shows that the check above can fail, because NocoDB has no element of this type
export const another: Plain<FormDefinition> = [{ type: 'bitbucket', model: 'title', label: 'Title' }];
