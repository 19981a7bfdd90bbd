/**
 * Instrumentation: code that counts how often each of its branches is taken, and the constants that stand in
 * each of them.
 *
 * A branch is a block, a case, a side of a condition or of `&&`, `||` and `??`. Its count goes up before its
 * first statement: `__branches[17]++`. A constant is a text or number that an input may have to hold to go
 * on from its branch; numbers are given as the bytes that a file may hold them in.
 */
import { parseAst } from 'rolldown/parseAst';

/** Longest text that counts as a constant, in characters. */
const LONGEST = 40;

/** The code with counters, the number of its branches, and its constants as `[branch, bytes in latin1]`. */
export function instrument(code) {
  const inserts = [];
  const constants = [];
  let branches = 0;
  const count = () => `__branches[${branches++}]++`;
  const insert = (at, text) => inserts.push([at, text]);
  const wrap = (node) => {
    insert(node.start, `(${count()}, (`);
    const branch = branches - 1;
    visit(node, branch);
    insert(node.end, '))');
  };
  const CASES = {
    BlockStatement(node) {
      // Behind directives such as 'use strict', which have to come first
      const directives = node.body.filter(({ directive }) => typeof directive === 'string');
      insert(directives.at(-1)?.end ?? node.start + 1, `;${count()};`);
      each(node.body, branches - 1);
    },
    SwitchCase(node, branch) {
      if (node.test) visit(node.test, branch);
      const at = node.consequent[0]?.start;
      if (at === undefined) return;
      insert(at, `${count()};`);
      each(node.consequent, branches - 1);
    },
    ConditionalExpression(node, branch) {
      visit(node.test, branch);
      wrap(node.consequent);
      wrap(node.alternate);
    },
    LogicalExpression(node, branch) {
      visit(node.left, branch);
      wrap(node.right);
    },
    ArrowFunctionExpression(node, branch) {
      each(node.params, branch);
      if (node.body.type === 'BlockStatement') visit(node.body, branch);
      else wrap(node.body);
    },
    Literal(node, branch) {
      for (const bytes of bytesOf(node.value)) constants.push([branch, bytes]);
    },
    TemplateElement(node, branch) {
      for (const bytes of bytesOf(node.value.cooked)) constants.push([branch, bytes]);
    },
  };
  const each = (nodes, branch) => {
    for (const node of nodes) if (node !== null) visit(node, branch);
  };
  const visit = (node, branch) => {
    if (node.type in CASES) return CASES[node.type](node, branch);
    for (const value of Object.values(node)) {
      if (Array.isArray(value))
        each(
          value.filter((part) => typeof part?.type === 'string'),
          branch,
        );
      else if (typeof value?.type === 'string') visit(value, branch);
    }
  };
  visit(parseAst(code), 0);
  return { code: written(code, inserts), branches, constants };
}

/** The code with texts put in; those of one place in the order that they came. */
function written(code, inserts) {
  const sorted = inserts.map(([at, text], order) => ({ at, text, order }));
  sorted.sort((a, b) => a.at - b.at || a.order - b.order);
  const parts = [];
  let last = 0;
  for (const { at, text } of sorted) {
    parts.push(code.slice(last, at), text);
    last = at;
  }
  return [...parts, code.slice(last)].join('');
}

function bytesOf(value) {
  if (typeof value === 'string') {
    return value.length > 0 && value.length <= LONGEST
      ? [Buffer.from(value).toString('latin1')]
      : [];
  }
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) return [];
  const long = Buffer.alloc(4);
  long.writeUInt32BE(value);
  const short = long.subarray(2);
  const forms = value > 0xffff ? [long] : value > 0xff ? [short, long] : [long.subarray(3)];
  const both = forms.flatMap((form) => [form, Buffer.from(form).reverse()]);
  return [...both.map((form) => form.toString('latin1')), String(value)];
}
