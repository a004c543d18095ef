// The form is what NocoDB's form builder takes. Compiled, never run. `nocodb-sdk` describes the elements with enums,
// whose values an integration writes as plain text; so the enums are read as their values here.
import type { FormDefinition } from 'nocodb-sdk';
import type { FormElement } from '../../js/nocodb/form.js';

type Plain<T> = T extends string ? `${T}`
  : T extends (...parameters: never[]) => unknown ? T
    : T extends object ? { [K in keyof T]: Plain<T[K]> }
      : T;

declare const form: FormElement[];
export const definition: Plain<FormDefinition> = form;

// @ts-expect-error: the check above can fail: this type is none of NocoDB's
export const another: Plain<FormDefinition> = [{ type: 'bitbucket', model: 'title', label: 'Title' }];
