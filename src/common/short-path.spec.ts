import { expect, it, onTestFinished, vi } from 'vitest';
import { shortPath } from './short-path.js';

it('a path is whole where the working directory has been removed', () => {
  const cwd = vi.spyOn(process, 'cwd').mockReturnValue('/srv/shop');
  onTestFinished(() => cwd.mockRestore());
  expect(shortPath('/srv/shop/src/main.ts')).toBe('src/main.ts');
  cwd.mockImplementation(() => {
    throw Object.assign(new Error('ENOENT: no such file or directory, uv_cwd'), { code: 'ENOENT' });
  });
  expect(shortPath('/srv/shop/src/main.ts')).toBe('/srv/shop/src/main.ts');
});
