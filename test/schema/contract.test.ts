import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type DefinitionNode, Kind, parse, print } from 'graphql';

/** Parts of the contract that the learning engine brings; each must go from this list as it comes. */
const NOT_YET: readonly RegExp[] = [];

/** Every name of a document with its type: `Type.field(argument: Type): Type`, enum values, scalars. */
function linesOf(sdl: string): string[] {
  return parse(sdl).definitions.flatMap(linesOfDefinition);
}

function linesOfDefinition(node: DefinitionNode): string[] {
  switch (node.kind) {
    case Kind.SCALAR_TYPE_DEFINITION:
      return [node.name.value];
    case Kind.ENUM_TYPE_DEFINITION:
      return (node.values ?? []).map((value) => `${node.name.value}.${value.name.value}`);
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return (node.fields ?? []).map(
        (field) => `${node.name.value}.${field.name.value}: ${print(field.type)}`,
      );
    case Kind.INTERFACE_TYPE_DEFINITION:
    case Kind.OBJECT_TYPE_DEFINITION:
      return (node.fields ?? []).flatMap((field) => {
        const name = `${node.name.value}.${field.name.value}`;
        const args = (field.arguments ?? []).map(
          (argument) => `${name}(${argument.name.value}: ${print(argument.type)})`,
        );
        return [`${name}: ${print(field.type)}`, ...args];
      });
    default:
      return [];
  }
}

const contract = linesOf(readFileSync('test/fixtures/contract.graphql', 'utf8'));
const schema = new Set(linesOf(readFileSync('docs/schema.graphql', 'utf8')));

describe('the contract with outside programs', () => {
  const due = contract.filter((line) => !NOT_YET.some((pattern) => pattern.test(line)));

  it.each(due)('%s', (line) => {
    expect(schema).toContain(line);
  });

  it('has nothing on the waiting list that has come', () => {
    const waiting = contract.filter((line) => NOT_YET.some((pattern) => pattern.test(line)));
    expect(waiting.filter((line) => schema.has(line))).toEqual([]);
  });
});
