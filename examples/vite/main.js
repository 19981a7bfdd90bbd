import { pictureHtml } from 'fovea/picture';
import astronaut from '../../demo/pictures/astronaut.jpg?fovea&w=256,512,1024&target=high';
import leaves from '../../demo/pictures/leaves.jpg?fovea';

document.querySelector('main').innerHTML = [
  pictureHtml(leaves, { alt: 'One green oak leaf among brown ones', sizes: '50vw' }),
  pictureHtml(astronaut, {
    alt: 'An astronaut in an orange suit',
    sizes: '256px',
    loading: 'eager',
  }),
].join('');
