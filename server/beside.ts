// Work that must not keep an editor waiting is done in a process of its own, which gives way to the one that answers.
// Threads would do where the server starts as anywhere else: of a process that begins from a snapshot they cannot load all
// of Node.
import { type ChildProcess, fork } from 'node:child_process';
import os from 'node:os';
import process from 'node:process';

/** Starts a module that calls `serveBeside`. It does not keep this process alive. */
export function startBeside(module: URL, task: object, execArgv: readonly string[] = []): ChildProcess {
  const child = fork(module, [], {
    execArgv: [...execArgv],
    serialization: 'advanced',
    // What this process prints on stdout are messages.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.unref();
  child.channel?.unref();
  tell(child, task);
  return child;
}

/** Hands a message on. What does not arrive is told by the process's end. */
export function tell(child: ChildProcess, message: object): void {
  if (child.connected) child.send(message, () => {});
}

/** In the other process: what it is told. */
export interface Told<Task, Message> {
  readonly task: Promise<Task>;
  /** Hands on every message after the task; those that came before this was called as well. */
  hear(handler: (message: Message) => void): void;
}

/** In the other process: begins to listen, and gives way to the one that started it. */
export function listenBeside<Task, Message = never>(): Told<Task, Message> {
  const { PRIORITY_BELOW_NORMAL } = os.constants.priority;
  if (os.getPriority() < PRIORITY_BELOW_NORMAL) os.setPriority(PRIORITY_BELOW_NORMAL);
  process.once('disconnect', () => process.exit());
  const early: Message[] = [];
  let handle = (message: Message): void => void early.push(message);
  const task = new Promise<Task>((resolve) => {
    process.once('message', (first) => {
      process.on('message', (message) => handle(message as Message));
      resolve(first as Task);
    });
  });
  return {
    task,
    hear(handler) {
      handle = handler;
      early.splice(0).forEach(handler);
    },
  };
}

/** In the other process: says something to the one that started it. */
export function answer(message: object): void {
  process.send?.(message);
}
