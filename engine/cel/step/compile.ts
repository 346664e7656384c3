/** Compiles a checked tree to closures. */
import type { Span } from '../../model.ts';
import type { Notes } from '../check/notes.ts';
import type { Expression } from '../syntax/expression.ts';
import { CelError, type CelValue, stops } from '../value.ts';
import { hasStep, indexStep, nameStep, selectStep } from './access.ts';
import { listStep, mapStep } from './aggregate.ts';
import { callStep } from './call.ts';
import type { Compiler, Step } from './frame.ts';
import { conditionalStep, logicalStep } from './logic.ts';
import { bindStep, comprehensionStep, optionalMapStep } from './macro.ts';
import { operationStep } from './operation.ts';

/** A compiler for the nodes of one tree; the step of a node is made once. */
export function createCompiler(notes: Notes, report: (span: Span, message: string) => void): Compiler {
  const steps = new Map<Expression, Step>();
  const compiler: Compiler = {
    notes,
    report,
    step: (node) => {
      const step = steps.get(node) ?? makeStep(compiler, node);
      steps.set(node, step);
      return step;
    },
    constant: (node) => constantOf(compiler, node),
  };
  return compiler;
}

function makeStep(compiler: Compiler, node: Expression): Step {
  switch (node.kind) {
    case 'literal':
      return () => node.value;
    case 'name':
      return nameStep(compiler, node);
    case 'select':
      return selectStep(compiler, node);
    case 'has':
      return hasStep(compiler, node);
    case 'index':
      return indexStep(compiler, node);
    case 'call':
      return callStep(compiler, node);
    case 'operation':
      return operationStep(compiler, node);
    case 'logical':
      return logicalStep(compiler, node);
    case 'conditional':
      return conditionalStep(compiler, node);
    case 'list':
    case 'map':
      return aggregateStep(compiler, node);
    case 'comprehension':
      return comprehensionStep(compiler, node);
    case 'bind':
      return bindStep(compiler, node);
    case 'optionalMap':
      return optionalMapStep(compiler, node);
    case 'message':
    case 'invalid':
      return invalidStep(node);
  }
}

/** A list or map of constants is made once. */
function aggregateStep(compiler: Compiler, node: Extract<Expression, { kind: 'list' | 'map' }>): Step {
  const step = node.kind === 'list' ? listStep(compiler, node) : mapStep(compiler, node);
  const constant = isConstant(node) ? step({ slots: [], cost: 0, limit: Number.POSITIVE_INFINITY }) : null;
  return constant === null ? step : () => constant;
}

function invalidStep(node: Expression): Step {
  const error = new CelError('this part of the expression is not valid', node.span);
  return () => error;
}

function constantOf(compiler: Compiler, node: Expression): CelValue | undefined {
  if (node.kind === 'literal') return node.value;
  if (!isConstant(node)) return undefined;
  const value = compiler.step(node)({ slots: [], cost: 0, limit: Number.POSITIVE_INFINITY });
  return stops(value) ? undefined : value;
}

function isConstant(node: Expression): boolean {
  switch (node.kind) {
    case 'literal':
      return true;
    case 'list':
      return node.items.every((item) => !item.optional && isConstant(item.value));
    case 'map':
      return node.entries.every((entry) => !entry.optional && isConstant(entry.key) && isConstant(entry.value));
    case 'operation':
      // Long patterns are written as sums of texts.
      return node.operator === '+' && node.operands.every(isConstant);
    default:
      return false;
  }
}
