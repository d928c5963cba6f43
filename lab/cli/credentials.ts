/** The keys of whoever works with the lab by hand: it checks no signature. */
export const LAB_CREDENTIALS = { accessKeyId: 'lab', secretAccessKey: 'lab' };
