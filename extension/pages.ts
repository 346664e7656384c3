// The page of a policy, as a read-only document that VS Code shows as Markdown.
import { commands, type Disposable, EventEmitter, Uri, workspace } from 'vscode';
import { type ExplainResult, messages } from '../server/protocol.ts';
import type { Server } from './client.ts';

const scheme = 'kerb-policy';

/** The pages. */
export interface Pages extends Disposable {
  /** Reads the open pages again. */
  refresh(): void;
}

/** Answers `kerb-policy:` documents from the server. */
export function registerPages(server: Server): Pages {
  const changed = new EventEmitter<Uri>();
  const registered = workspace.registerTextDocumentContentProvider(scheme, {
    onDidChange: changed.event,
    async provideTextDocumentContent(uri) {
      const policy = uri.path.replace(/^\//, '').replace(/\.md$/, '');
      const { markdown } = await server.request<ExplainResult>(messages.explain, { policy });
      return markdown ?? `# ${policy}\n\nNo policy has this name here.\n`;
    },
  });
  return {
    refresh() {
      for (const document of workspace.textDocuments) if (document.uri.scheme === scheme) changed.fire(document.uri);
    },
    dispose() {
      registered.dispose();
      changed.dispose();
    },
  };
}

/** Shows the page of a policy beside the editor. */
export async function openPage(policy: string): Promise<void> {
  await commands.executeCommand('markdown.showPreviewToSide', Uri.from({ scheme, path: `/${policy}.md` }));
}
