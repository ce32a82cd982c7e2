/**
 * The number of samples of a prom-client histogram with the label of the requested route. A variant without that label
 * would do less work.
 *
 * @param {import('prom-client').Histogram} histogram
 * @param {string} [route] the name of the label with the route
 */
export async function samplesOf(histogram, route = 'route') {
  const { values } = await histogram.get();
  return values
    .filter(({ metricName, labels }) => metricName.endsWith('_count') && labels[route] === '/hello')
    .reduce((sum, { value }) => sum + value, 0);
}
