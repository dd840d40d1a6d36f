-- Open gaps by device.
SELECT device, count(*) FROM gaps WHERE state = 'open' GROUP BY device
