// Colours of VS Code's own themes, as a webview gets them: for pages that are looked at without the editor around them.

export interface Theme {
  readonly classes: string;
  readonly variables: Readonly<Record<string, string>>;
}

const fonts = { 'font-family': 'system-ui, "Liberation Sans", "DejaVu Sans", sans-serif', 'font-size': '13px', 'editor-font-family': '"DejaVu Sans Mono", monospace', 'editor-font-size': '13px' };

export const themes: Readonly<Record<'dark' | 'light' | 'contrast', Theme>> = {
  dark: {
    classes: 'vscode-dark',
    variables: {
      ...fonts, 'editor-background': '#1f1f1f', 'editor-foreground': '#cccccc', descriptionForeground: '#9d9d9d', 'sideBar-background': '#181818', 'widget-border': '#313131', focusBorder: '#0078d4',
      'input-background': '#313131', 'input-foreground': '#cccccc', 'input-border': '#3c3c3c', 'input-placeholderForeground': '#989898', 'textLink-foreground': '#4daafc', 'editorError-foreground': '#f14c4c',
      'editorWarning-foreground': '#cca700', 'testing-iconPassed': '#73c991', 'list-hoverBackground': '#2a2d2e', 'list-inactiveSelectionBackground': '#37373d', 'editor-findMatchHighlightBackground': '#ea5c0055',
      'button-background': '#0078d4', 'button-foreground': '#ffffff', 'button-secondaryBackground': '#313131', 'button-secondaryForeground': '#cccccc', 'progressBar-background': '#0078d4',
    },
  },
  light: {
    classes: 'vscode-light',
    variables: {
      ...fonts, 'editor-background': '#ffffff', 'editor-foreground': '#3b3b3b', descriptionForeground: '#3b3b3b', 'sideBar-background': '#f8f8f8', 'widget-border': '#e5e5e5', focusBorder: '#005fb8',
      'input-background': '#ffffff', 'input-foreground': '#3b3b3b', 'input-border': '#cecece', 'input-placeholderForeground': '#767676', 'textLink-foreground': '#005fb8', 'editorError-foreground': '#e51400',
      'editorWarning-foreground': '#9a6700', 'testing-iconPassed': '#388a34', 'list-hoverBackground': '#f2f2f2', 'list-inactiveSelectionBackground': '#e4e6f1', 'editor-findMatchHighlightBackground': '#ea5c0055',
      'button-background': '#005fb8', 'button-foreground': '#ffffff', 'button-secondaryBackground': '#e5e5e5', 'button-secondaryForeground': '#3b3b3b', 'progressBar-background': '#005fb8',
    },
  },
  contrast: {
    classes: 'vscode-high-contrast',
    variables: {
      ...fonts, 'editor-background': '#000000', 'editor-foreground': '#ffffff', descriptionForeground: '#ffffff', 'sideBar-background': '#000000', contrastBorder: '#6fc3df', contrastActiveBorder: '#f38518', 'widget-border': '#6fc3df',
      focusBorder: '#f38518', 'input-background': '#000000', 'input-foreground': '#ffffff', 'input-border': '#6fc3df', 'input-placeholderForeground': '#d4d4d4', 'textLink-foreground': '#21a6ff', 'editorError-foreground': '#f48771',
      'editorWarning-foreground': '#ffd370', 'testing-iconPassed': '#73c991',
      'button-foreground': '#ffffff', 'button-border': '#6fc3df', 'button-secondaryForeground': '#ffffff', 'progressBar-background': '#6fc3df',
    },
  },
};
